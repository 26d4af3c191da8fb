/** For pages too: they import nothing beneath the server. */
export { keyFile, restoreCommand } from "@/jobs/archive/restore-command";
