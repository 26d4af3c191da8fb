import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { isSecure } from "@/server/session";

/** Under this name pages read the nonce that their own inline scripts must carry. */
export const nonceHeader = "x-nonce";

const common = {
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  // Download links carry their signature in the address.
  "Referrer-Policy": "same-origin",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
};

/** Sets the headers that keep browsers from doing what our pages never do. */
export function secure(request: IncomingMessage, response: ServerResponse, isDevelopment: boolean): void {
  response.setHeader("Content-Security-Policy", policyFor(request, isDevelopment));
  for (const [name, value] of Object.entries(common)) response.setHeader(name, value);
  if (isSecure()) response.setHeader("Strict-Transport-Security", "max-age=31536000; includeSubDomains");
}

/** Next reads the nonce of a page from the policy in the request's headers. */
function policyFor({ url = "/", headers }: IncomingMessage, isDevelopment: boolean): string {
  if (url.startsWith("/api/")) return dataPolicy;
  if (url.startsWith("/docs/")) return pagePolicy("'self'", isDevelopment);
  const nonce = randomBytes(16).toString("base64");
  const policy = pagePolicy(scripts(nonce, isDevelopment), isDevelopment);
  headers[nonceHeader] = nonce;
  headers["content-security-policy"] = policy;
  return policy;
}

/** For answers that are no pages: a browser that takes one for a page loads and runs nothing. */
const dataPolicy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** What a script with the nonce loads may run too. Hot reload evaluates text. */
const scripts = (nonce: string, isDevelopment: boolean) =>
  `'nonce-${nonce}' 'strict-dynamic'${isDevelopment ? " 'unsafe-eval'" : ""}`;

function pagePolicy(script: string, isDevelopment: boolean): string {
  return [
    "default-src 'self'",
    `script-src ${script}`,
    // Toasts and the API's documentation set styles on elements.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    `connect-src 'self'${isDevelopment ? " ws:" : ""}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}
