import { useId } from "react";
import { cx } from "@/app/ui/class-names";
import { formatDay } from "@/app/ui/format";

export type Bar = {
  day: string;
  /** From the ground up. */
  parts: number[];
  /** What the bar says, for whoever points at it. */
  text: string;
};

type Props = {
  title: string;
  /** The whole in a few words: what the picture is for those who do not see it. */
  summary: string;
  bars: Bar[];
  /** What the highest bar stands for. */
  top: string;
  /** Of each part, from the ground up. The first is the accent, what failed is bad. */
  legend?: [string, string];
};

const fills = ["fill-accent", "fill-bad"];
const dots = ["bg-accent", "bg-bad"];

/** Bars per day in solid colours. The values stand in the table of days, so here they are only a picture with a name. */
export function BarChart({ title, summary, bars, top, legend }: Props) {
  const titleId = useId();
  const highest = Math.max(...bars.map(heightOf), 0);
  const [first, last] = [bars[0], bars.at(-1)];
  return (
    <figure aria-labelledby={titleId} className="flex min-w-0 flex-col gap-2">
      <figcaption>
        <h3 id={titleId} className="font-medium">
          {title}
        </h3>
        <p className="text-muted text-sm tabular-nums">{summary}</p>
      </figcaption>
      <div aria-hidden className="flex h-4 justify-between text-muted text-xs tabular-nums">
        <span>{highest > 0 && top}</span>
        {legend && (
          <span className="flex gap-3">
            {legend.map((word, part) => (
              <span key={word} className="flex items-center gap-1.5">
                <span className={cx("size-2 rounded-full", dots[part])} />
                {word}
              </span>
            ))}
          </span>
        )}
      </div>
      <svg
        role="img"
        aria-label={`${title}: ${summary}`}
        viewBox={`0 0 ${bars.length} 100`}
        preserveAspectRatio="none"
        className="h-28 w-full border-line-strong border-b"
      >
        {bars.map((bar, index) => (
          <BarShape key={bar.day} bar={bar} x={index} highest={highest} />
        ))}
      </svg>
      <div aria-hidden className="-mt-1 flex justify-between text-muted text-xs">
        <span>{first && formatDay(first.day)}</span>
        <span>{last && formatDay(last.day)}</span>
      </div>
    </figure>
  );
}

const heightOf = ({ parts }: Bar) => parts.reduce((sum, part) => sum + part, 0);

function BarShape({ bar, x, highest }: { bar: Bar; x: number; highest: number }) {
  const tops = bar.parts.map((_, part) => heightOf({ ...bar, parts: bar.parts.slice(0, part + 1) }));
  const scale = (value: number) => (highest > 0 ? (value / highest) * 100 : 0);
  return (
    <g className="group">
      <title>{`${formatDay(bar.day)}: ${bar.text}`}</title>
      {/* The whole column answers the pointer, however low its bar. */}
      <rect x={x} y={0} width={1} height={100} className="fill-transparent group-hover:fill-hover" />
      {bar.parts.map((value, part) => (
        <rect
          // biome-ignore lint/suspicious/noArrayIndexKey: a part is what stands at its place
          key={part}
          x={x + 0.12}
          width={0.76}
          y={100 - scale(tops[part] ?? 0)}
          height={scale(value)}
          className={fills[part]}
        />
      ))}
    </g>
  );
}
