const statuses = ["pending", "sent", "failed"] as const;

type Status = (typeof statuses)[number];

/** A status out of an address; one that is not known filters nothing. */
export const statusIn = (text: string | null): Status | undefined => statuses.find((status) => status === text);

/** What the page prefetches and its component asks for: they have to be the same. */
export const deliveryPage = (status: Status | undefined) => ({ limit: 20, status });
