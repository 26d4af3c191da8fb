import { CopyButton } from "@/app/ui/copy-button";
import { ScrollBox } from "@/app/ui/scroll-box";

/** SQL to read and to copy. */
export function Definition({ name, sql }: { name: string; sql: string }) {
  return (
    <div className="relative rounded border border-line bg-sunken">
      <ScrollBox label={`Definition of ${name}`} className="p-3 pr-10">
        <pre className="font-mono text-xs leading-5">{sql}</pre>
      </ScrollBox>
      <div className="absolute top-1 right-1">
        <CopyButton text={sql} label="Copy definition" />
      </div>
    </div>
  );
}
