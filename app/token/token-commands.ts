type Use = { origin: string; token: string; slug: string };

const bearer = (token: string) => `-H "Authorization: Bearer ${token}"`;

/** Starts an export of a project, for a POSIX shell. A slug has nothing that a shell or JSON would read otherwise. */
export const exportCommand = ({ origin, token, slug }: Use): string =>
  `curl ${bearer(token)} -H "Content-Type: application/json" -d '{"project_id": "${slug}"}' ${origin}/api/backup/export`;

/** Reads the newest jobs. */
export const jobsCommand = ({ origin, token }: Omit<Use, "slug">): string => `curl ${bearer(token)} ${origin}/api/jobs`;
