/** Why evidence cannot be had now. Whoever asks may ask again, or ask another node. */
export type EvidenceCode =
  /** A node cannot be reached, or answers with an error */
  | 'Unavailable'
  /** A node does not have it yet, or does not have it any more */
  | 'Missing'
  /** A node's answer is no such thing, or contradicts itself or what is known to be final */
  | 'Contradiction';

export class EvidenceError extends Error {
  readonly code: EvidenceCode;

  constructor(code: EvidenceCode, message: string) {
    super(message);
    this.name = 'EvidenceError';
    this.code = code;
  }
}
