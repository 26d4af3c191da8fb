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

/** Sets the headers that keep browsers from doing what our pages never do. Next reads the nonce from the policy itself. */
export function secure(request: IncomingMessage, response: ServerResponse, isDevelopment: boolean): void {
  const nonce = randomBytes(16).toString("base64");
  const policy = policyOf(request.url?.startsWith("/docs/") ? "'self'" : scripts(nonce, isDevelopment), isDevelopment);
  request.headers[nonceHeader] = nonce;
  request.headers["content-security-policy"] = policy;
  response.setHeader("Content-Security-Policy", policy);
  for (const [name, value] of Object.entries(common)) response.setHeader(name, value);
  if (isSecure()) response.setHeader("Strict-Transport-Security", "max-age=31536000; includeSubDomains");
}

/** What a script with the nonce loads may run too. Hot reload evaluates text. */
const scripts = (nonce: string, isDevelopment: boolean) =>
  `'nonce-${nonce}' 'strict-dynamic'${isDevelopment ? " 'unsafe-eval'" : ""}`;

function policyOf(script: string, isDevelopment: boolean): string {
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
