import type { Task } from "graphile-worker";
import { z } from "zod";
import { deliver } from "@/jobs/notification/deliver";

const payload = z.object({ notificationId: z.uuid() });

/** Sends one notification. Its row tells how that went, and rings again where another attempt may help. */
export const notify: Task = async (body, { abortSignal }) => {
  await deliver(payload.parse(body).notificationId, { signal: abortSignal });
};
