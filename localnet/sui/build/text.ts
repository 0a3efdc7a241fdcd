/**
 * Blanks out comments and string literals, keeping every offset and line break, so that what is left can be
 * searched for code.
 */
export function maskText(text: string): string {
  return blankOut(text, true);
}

function blankOut(text: string, strings: boolean): string {
  let masked = '';
  let i = 0;
  const blank = (end: number): void => {
    masked += text.slice(i, end).replace(/[^\n]/g, ' ');
    i = end;
  };
  while (i < text.length) {
    if (text.startsWith('//', i)) {
      const end = text.indexOf('\n', i);
      blank(end < 0 ? text.length : end);
    } else if (text.startsWith('/*', i)) {
      blank(endOfBlockComment(text, i));
    } else if (text[i] === '"') {
      const end = endOfString(text, i);
      if (strings) blank(end);
      else {
        masked += text.slice(i, end);
        i = end;
      }
    } else {
      masked += text[i++];
    }
  }
  return masked;
}

/**
 * The interface of a Move source: without comments, and with `abort` for the body of every function but a macro.
 *
 * Compiling a caller against the result gives the same bytecode as against the source, since bytecode refers to
 * functions by name and signature alone; macros are kept because they are expanded into the caller.
 */
export function interfaceOf(source: string): string {
  const text = blankOut(source, false);
  const masked = maskText(text);
  const declaration = /\b(macro\s+)?fun\s+[A-Za-z_]\w*/g;
  let result = '';
  let copied = 0;
  for (let match = declaration.exec(masked); match; match = declaration.exec(masked)) {
    // Neither a declaration nor an alias (`use fun a as B.c;`) can hold a brace or semicolon before its end.
    const open = masked.slice(match.index).search(/[{;]/) + match.index;
    if (open < match.index || masked[open] === ';') continue;
    const close = endOfBlock(masked, open);
    declaration.lastIndex = close;
    if (match[1]) continue;
    result += text.slice(copied, open) + '{ abort 0 }';
    copied = close;
  }
  return result + text.slice(copied);
}

/** Offset after the brace that closes the one at `open`, in masked text. */
export function endOfBlock(masked: string, open: number): number {
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

function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '"') return i + 1;
  }
  return text.length;
}
