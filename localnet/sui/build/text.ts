/**
 * Blanks out comments and string literals, keeping every offset and line break, so that what is left can be
 * searched for code.
 */
export function maskText(text: string): string {
  return blankOut(text, true);
}

function blankOut(text: string, strings: boolean): string {
  const opening = /\/\/[^\n]*|\/\*|"(?:\\[^]|[^"\\])*"?/g;
  let result = '';
  let copied = 0;
  for (let match = opening.exec(text); match; match = opening.exec(text)) {
    if (match[0] === '/*') opening.lastIndex = endOfBlockComment(text, match.index);
    else if (match[0].startsWith('"') && !strings) continue;
    const end = opening.lastIndex;
    result += text.slice(copied, match.index) + text.slice(match.index, end).replace(/[^\n]/g, ' ');
    copied = end;
  }
  return result + text.slice(copied);
}

/** Where a function stands in a source. */
export interface FunctionSpan {
  readonly name: string;
  readonly macro: boolean;
  /** Its attributes, as written but for strings. */
  readonly attributes: string;
  /** Offset of its first attribute or modifier. */
  readonly start: number;
  /** Offset of the brace that opens its body; none for a native function. */
  readonly body?: number;
  /** Offset behind its body or semicolon. */
  readonly end: number;
}

/** The functions declared in a source, in order. */
export function functionsOf(text: string): FunctionSpan[] {
  const masked = maskText(text);
  const declaration =
    /((?:#\[(?:[^[\]]|\[[^\]]*\])*\]\s*)*)((?:(?:public(?:\s*\([^)]*\))?|entry|native|macro)\s+)*)fun\s+([A-Za-z_]\w*)/g;
  const spans: FunctionSpan[] = [];
  for (let match = declaration.exec(masked); match; match = declaration.exec(masked)) {
    if (/\buse\s*$/.test(masked.slice(0, match.index))) continue; // an alias: use fun a as B.c
    const [, attributes, modifiers, name] = match as unknown as [string, string, string, string];
    // No part of a signature holds a brace or semicolon.
    const at = declaration.lastIndex + masked.slice(declaration.lastIndex).search(/[{;]|$/);
    const hasBody = masked[at] === '{';
    const end = hasBody ? endOfBlock(masked, at) : at + 1;
    const macro = /\bmacro\b/.test(modifiers);
    spans.push({ name, macro, attributes, start: match.index, end, ...(hasBody ? { body: at } : {}) });
    declaration.lastIndex = end;
  }
  return spans;
}

/**
 * The interface of a Move source: without comments, and with `abort` for the body of every function but a macro.
 *
 * Compiling a caller against the result gives the same bytecode as against the source, since bytecode refers to
 * functions by name and signature alone; macros are kept because they are expanded into the caller.
 */
export function interfaceOf(source: string): string {
  const text = blankOut(source, false);
  let result = '';
  let copied = 0;
  for (const { macro, body, end } of functionsOf(text)) {
    if (macro || body === undefined) continue;
    result += `${text.slice(copied, body)}{ abort 0 }`;
    copied = end;
  }
  return result + text.slice(copied);
}

/** `text` without some stretches of it; line breaks stay, so that lines keep their numbers. */
export function withoutSpans(text: string, spans: readonly { readonly start: number; readonly end: number }[]): string {
  let result = '';
  let copied = 0;
  for (const { start, end } of spans) {
    result += text.slice(copied, start) + text.slice(start, end).replace(/[^\n]/g, '');
    copied = end;
  }
  return result + text.slice(copied);
}

/** Offset behind the brace that closes the one at `open`, in masked text. */
function endOfBlock(masked: string, open: number): number {
  let depth = 0;
  for (let i = open; i < masked.length; i++) {
    if (masked[i] === '{') depth++;
    if (masked[i] === '}' && --depth === 0) return i + 1;
  }
  return masked.length;
}

function endOfBlockComment(text: string, start: number): number {
  let depth = 0; // block comments nest
  for (let i = start; i < text.length; i++) {
    if (text.startsWith('/*', i)) {
      depth++;
      i++;
    } else if (text.startsWith('*/', i)) {
      i++;
      if (--depth === 0) return i + 1;
    }
  }
  return text.length;
}
