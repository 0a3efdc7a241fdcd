/** Changes of a draft that many cases make. */
import type { Draft } from './draft.ts';
import { overwrite } from './plan.ts';

export type Edit = (draft: Draft) => void;

export function both(...edits: Edit[]): Edit {
  return (draft) => edits.forEach((edit) => edit(draft));
}

/** Writes bytes into the header of the quote. */
export function header(offset: number, value: ArrayLike<number>): Edit {
  return ({ quote }) => void (quote.header = overwrite(quote.header, offset, value));
}

/** Writes bytes into the report of enclave or trust domain. */
export function body(offset: number, value: ArrayLike<number>): Edit {
  return ({ quote }) => void (quote.body = overwrite(quote.body, offset, value));
}

/** Writes bytes into the report of the quoting enclave. */
export function qeReport(offset: number, value: ArrayLike<number>): Edit {
  return ({ quote }) => void (quote.qeReport = overwrite(quote.qeReport, offset, value));
}

/** Sets TEE_TCB_SVN2 from a byte on, where there is one. */
export function teeTcbSvn2(offset: number, value: ArrayLike<number>): Edit {
  return (draft) => {
    if (draft.form === 'tdx5td15') body(584 + offset, value)(draft);
  };
}

/** Lets any SVN of the TDX module pass the platform levels: dcap-qvl compares it with them, and must not refuse it. */
export const noModuleDemand: Edit = ({ tcbInfo }) => {
  for (const { tcb } of tcbInfo.json.tcbLevels) {
    tcb.tdxtcbcomponents![0]!.svn = 0;
    tcb.tdxtcbcomponents![1]!.svn = 0;
  }
};
