import { launch } from "@/bin/launch";

await launch("production");
