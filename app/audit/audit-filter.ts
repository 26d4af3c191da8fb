type Values = Pick<URLSearchParams, "get">;

/** As the address has it; what is empty filters nothing. */
export type AuditFilter = { action: string; actor: string; project: string; from: string; until: string };

export const noFilter: AuditFilter = { action: "", actor: "", project: "", from: "", until: "" };

/** The filter that an address names; what it does not know it leaves out. */
export function readAuditFilter(query: Values): AuditFilter {
  const text = (name: string, fits: RegExp) => {
    const value = query.get(name)?.trim() ?? "";
    return fits.test(value) ? value : "";
  };
  const day = (name: string) => (startOf(query.get(name) ?? "") ? (query.get(name) ?? "") : "");
  return {
    action: text("action", /^[a-z_.]{1,60}$/),
    actor: text("actor", /^.{1,254}$/),
    project: text("project", /^[a-zA-Z0-9_-]{1,100}$/),
    from: day("from"),
    until: day("until"),
  };
}

export const isFiltered = (filter: AuditFilter): boolean => Object.values(filter).some(Boolean);

/** Days begin when they do for whoever looks, and the server does not know when that is. */
export const namesDays = ({ from, until }: AuditFilter): boolean => Boolean(from || until);

/** What to ask for. The last day is one of those that are asked for. */
export function auditInput({ action, actor, project, from, until }: AuditFilter) {
  const begin = startOf(from);
  const end = startOf(until, 1);
  return {
    ...(action && { action }),
    ...(actor && { actor }),
    ...(project && { projectId: project }),
    ...(begin && { from: begin.toISOString() }),
    ...(end && { until: end.toISOString() }),
  };
}

export const auditPage = (filter: AuditFilter) => ({ limit: 50, ...auditInput(filter) });

/** Where the same events can be downloaded. */
export function auditCsvHref(filter: AuditFilter): string {
  const query = new URLSearchParams(auditInput(filter)).toString();
  return query ? `/api/v1/audit.csv?${query}` : "/api/v1/audit.csv";
}

/** The first moment of a day in the reader's zone, or of one that comes `later`; null for what is no day. */
function startOf(day: string, later = 0): Date | null {
  const [, year, month, date] = /^(2\d{3})-(\d\d)-(\d\d)$/.exec(day)?.map(Number) ?? [];
  if (!year || !month || !date) return null;
  const start = new Date(year, month - 1, date);
  return start.getMonth() === month - 1 && start.getDate() === date ? new Date(year, month - 1, date + later) : null;
}
