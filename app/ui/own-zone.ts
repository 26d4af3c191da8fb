/** The time zone of whoever sits there. */
export const ownZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
