import { tokensOf } from "@/jobs/archive/tokens";

const words = /^(null|true|false|default|x|b|overriding|system|user|value|values|on|conflict|do|nothing|[0-9]\w*)$/i;

/** Whether an INSERT brings constants and nothing that has to be worked out. Its columns are names, its rows are not. */
export function isMadeOfValues(statement: string): boolean {
  let inRows = false;
  for (const token of tokensOf(statement)) {
    if (token.kind === "word" && /^(values|default|overriding)$/i.test(token.text)) inRows = true;
    else if (!inRows) {
      if (token.kind === "string" || (token.kind === "word" && /^(select|with|table|returning)$/i.test(token.text)))
        return false;
      if (token.kind === "symbol" && !/^[.,()]$/.test(token.text)) return false;
    } else if (token.kind === "name" || (token.kind === "word" && !words.test(token.text))) return false;
    else if (token.kind === "symbol" && !/^[.,()+;-]$/.test(token.text)) return false;
  }
  return inRows;
}
