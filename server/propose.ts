/** For the pages, which know of the server only. */
export { proposeAll, proposeProject } from "@/jobs/discovery/propose";
