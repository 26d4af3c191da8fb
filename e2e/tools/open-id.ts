import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { exportJWK, generateKeyPair, SignJWT } from "jose";

/** `env`: with it Coffer lets people in who come from there. */
export type OpenId = { env: Record<string, string>; stop: () => Promise<void> };

type Grant = { nonce: string; email: string; isVerified: boolean };

const clientId = "coffer";

/** An OpenID provider that believes whoever comes: its page asks for an e-mail address, and whether that is verified. */
export async function startOpenId(): Promise<OpenId> {
  const { privateKey, publicKey } = await generateKeyPair("RS256");
  const keys = [{ ...(await exportJWK(publicKey)), kid: "one", alg: "RS256", use: "sig" }];
  const grants = new Map<string, Grant>();
  const server = createServer((request, response) => {
    answer(request, response).catch((error) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const url = new URL(request.url ?? "/", issuer);
    const query = url.searchParams;
    switch (url.pathname) {
      case "/.well-known/openid-configuration":
        return sendJson(response, metadata(issuer));
      case "/keys":
        return sendJson(response, { keys });
      case "/authorize":
        return response.writeHead(200, { "content-type": "text/html" }).end(form(query));
      case "/grant": {
        const code = crypto.randomUUID();
        const [email = "", nonce = ""] = ["email", "nonce"].map((name) => query.get(name) ?? "");
        grants.set(code, { email, nonce, isVerified: query.has("verified") });
        const back = new URL(query.get("redirect_uri") ?? "");
        back.search = String(new URLSearchParams({ code, state: query.get("state") ?? "" }));
        return response.writeHead(302, { location: back.href }).end();
      }
      case "/token": {
        const grant = grants.get(new URLSearchParams(await text(request)).get("code") ?? "");
        if (!grant) return response.writeHead(400).end();
        const { email, nonce, isVerified } = grant;
        const idToken = await new SignJWT({ email, name: "Somebody", email_verified: isVerified, nonce })
          .setProtectedHeader({ alg: "RS256", kid: "one" })
          .setIssuer(issuer)
          .setAudience(clientId)
          .setSubject(email)
          .setIssuedAt()
          .setExpirationTime("5 minutes")
          .sign(privateKey);
        return sendJson(response, { access_token: "unused", token_type: "Bearer", id_token: idToken });
      }
      default:
        return response.writeHead(404).end();
    }
  }

  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  const env = { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: "unread", OIDC_NAME: "Example ID" };
  return { env, stop };
}

const metadata = (issuer: string) => ({
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  jwks_uri: `${issuer}/keys`,
  response_types_supported: ["code"],
  subject_types_supported: ["public"],
  id_token_signing_alg_values_supported: ["RS256"],
});

const sendJson = (response: ServerResponse, body: object) =>
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));

/** What the client has sent goes on with what is filled in. All of it comes from our own tests. */
const form = (query: URLSearchParams) => `<!doctype html><title>Sign in</title><form action="/grant">
${[...query].map(([name, value]) => `<input type="hidden" name="${name}" value="${encodeURI(value)}">`).join("\n")}
<label>Address <input name="email"></label> <label><input type="checkbox" name="verified"> Verified</label>
<button>Go on</button></form>`;
