/** For the pages, which know of the server only. */
export { presets } from "@/jobs/schedule/presets";
