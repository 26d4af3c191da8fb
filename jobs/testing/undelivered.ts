import { whyUndelivered } from "@/jobs/notification/undelivered";

/** Why something could not be delivered. */
export const why = (sending: Promise<unknown>) =>
  sending.then(
    () => null,
    (error) => whyUndelivered(error),
  );
