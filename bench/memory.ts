import { dropBackups, exportOnce, type Lab, memoryOf } from "@/bench/lab";
import type { Row } from "@/bench/report";

type Project = { id: string };

/** The most memory a fresh worker ever takes for a 1 GB and for a 5 GB tenant. */
export async function benchMemory(lab: Lab, small: Project, large: Project): Promise<Row[]> {
  const peak = async (project: Project) => {
    const worker = await lab.start("worker");
    await exportOnce(lab, project.id, { format: "custom" });
    const bytes = await memoryOf(worker.pid ?? 0, "VmHWM");
    await lab.stop(worker);
    await dropBackups(lab);
    return bytes;
  };
  const one = await peak(small);
  const five = await peak(large);
  const mb = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
  return [
    {
      what: "worker's peak memory, 1 GB tenant",
      ours: mb(one),
      peer: "",
      result: one / 1e6,
      unit: "MB",
      target: { atMost: 150 },
    },
    {
      what: "worker's peak memory, 5 GB tenant",
      ours: mb(five),
      peer: "",
      result: five / 1e6,
      unit: "MB",
      target: { atMost: 150 },
    },
    {
      what: "the same, 5 GB against 1 GB",
      ours: mb(five),
      peer: mb(one),
      result: five / one,
      unit: "",
      target: { atMost: 1.1 },
    },
  ];
}
