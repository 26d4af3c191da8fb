import { launch } from "@/bin/launch";

await launch("development");
