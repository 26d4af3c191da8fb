import { readFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import path from "node:path";
import type { Exchange } from "@/server/exchange";

const folder = path.resolve("node_modules/swagger-ui-dist");

const assets: Record<string, string> = {
  "swagger-ui.css": "text/css; charset=utf-8",
  "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
};

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Coffer API</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/docs/api/swagger-ui.css">
</head>
<body>
<div id="api"></div>
<script src="/docs/api/swagger-ui-bundle.js"></script>
<script src="/docs/api/start.js"></script>
</body>
</html>
`;

const start = `SwaggerUIBundle({
  url: "/api/openapi.json", dom_id: "#api", deepLinking: true, displayRequestDuration: true, persistAuthorization: false,
  docExpansion: "list", defaultModelsExpandDepth: 0, tryItOutEnabled: true, validatorUrl: null,
});
document.documentElement.classList.toggle("dark-mode", matchMedia("(prefers-color-scheme: dark)").matches);
`;

/** Serves the API's documentation from this origin. Gives false for any other request. */
export async function serveDocs({ request, response, url: { pathname } }: Exchange): Promise<boolean> {
  if (request.method !== "GET" && request.method !== "HEAD") return false;
  if (pathname === "/docs/api" || pathname === "/docs/api/") return send(response, "text/html; charset=utf-8", page);
  if (pathname === "/docs/api/start.js") return send(response, "text/javascript; charset=utf-8", start);
  const name = pathname.replace("/docs/api/", "");
  const type = Object.hasOwn(assets, name) ? assets[name] : undefined;
  return type ? send(response, type, await readFile(path.join(folder, name))) : false;
}

function send(response: ServerResponse, type: string, body: string | Buffer): true {
  response.writeHead(200, { "Content-Type": type, "Cache-Control": "no-cache" }).end(body);
  return true;
}
