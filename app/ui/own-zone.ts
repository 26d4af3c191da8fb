/** The time zone of whoever sits there, as the server takes it; UTC where the machine is set to an offset, or to no zone that anybody knows. */
export function ownZone(): string {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return isNamed(timeZone) ? timeZone : "UTC";
}

/** A browser may call its zone what it would not take itself: `Etc/Unknown`. */
function isNamed(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone });
    return /^[A-Za-z]/.test(timeZone);
  } catch {
    return false;
  }
}
