import { CopyButton } from "@/app/ui/copy-button";

/** SQL to read and to copy. */
export function Definition({ name, sql }: { name: string; sql: string }) {
  return (
    <div className="relative rounded border border-line bg-sunken">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
      <section tabIndex={0} aria-label={`Definition of ${name}`} className="max-h-[60vh] overflow-auto p-3 pr-10">
        <pre className="font-mono text-xs leading-5">{sql}</pre>
      </section>
      <div className="absolute top-1 right-1">
        <CopyButton text={sql} label="Copy definition" />
      </div>
    </div>
  );
}
