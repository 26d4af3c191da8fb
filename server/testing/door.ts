import { createServer } from "node:http";
import { serveWith } from "@/server/serve";

// The doors without the pages, in a process of their own. Tells its address to whoever started it.
const handle = serveWith(async (_, response) => response.writeHead(404).end(), false);
const server = createServer((request, response) => void handle(request, response));
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.send?.(`http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`);
});
process.once("disconnect", () => process.exit(0));
