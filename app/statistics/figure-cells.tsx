import { successRate } from "@/app/statistics/days";
import type { DayFigures } from "@/app/trpc/types";
import { formatBytes, formatCount, formatDuration } from "@/app/ui/format";
import { Cell, Head } from "@/app/ui/table";

export function FigureHeads() {
  return (
    <>
      <Head numeric>Exports</Head>
      <Head numeric from="md">
        Failed
      </Head>
      <Head numeric>Ended well</Head>
      <Head numeric from="md">
        Took on average
      </Head>
      <Head numeric from="md">
        Backups kept
      </Head>
      <Head numeric>Size</Head>
    </>
  );
}

/** The figures of a day, or of a project. */
export function FigureCells({ figures }: { figures: Omit<DayFigures, "day"> }) {
  const { completed, failed, meanSeconds, count, bytes } = figures;
  return (
    <>
      <Cell numeric>{formatCount(completed + failed)}</Cell>
      <Cell numeric from="md" className={failed > 0 ? "text-bad" : undefined}>
        {formatCount(failed)}
      </Cell>
      <Cell numeric>{successRate({ completed, failed })}</Cell>
      <Cell numeric from="md">
        {meanSeconds === null ? "–" : formatDuration(meanSeconds * 1000)}
      </Cell>
      <Cell numeric from="md">
        {formatCount(count)}
      </Cell>
      <Cell numeric>{formatBytes(bytes)}</Cell>
    </>
  );
}
