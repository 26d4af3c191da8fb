"use client";

import { useQuery } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { useEffect, useRef } from "react";
import { MissingPermission } from "@/app/data/missing-permission";
import { StepList } from "@/app/data-import/step-list";
import { type StepProps, useWizard } from "@/app/data-import/use-wizard";
import { type Place, stepWords } from "@/app/data-import/wizard-step";
import { useTRPC } from "@/app/trpc/client";
import { SkeletonRows } from "@/app/ui/skeleton";

const loading = () => <SkeletonRows rows={6} label="Loading this step" />;
const FileStep = dynamic(() => import("@/app/data-import/file-step").then((module) => module.FileStep), {
  ssr: false,
  loading,
});
const ColumnsStep = dynamic(() => import("@/app/data-import/columns-step").then((module) => module.ColumnsStep), {
  ssr: false,
  loading,
});
const CheckStep = dynamic(() => import("@/app/data-import/check-step").then((module) => module.CheckStep), {
  ssr: false,
  loading,
});
const ImportStep = dynamic(() => import("@/app/data-import/import-step").then((module) => module.ImportStep), {
  ssr: false,
  loading,
});
const ResultStep = dynamic(() => import("@/app/data-import/result-step").then((module) => module.ResultStep), {
  ssr: false,
  loading,
});

/** From a file to its rows in the project's tables, step by step; nothing changes before the fourth. */
export function ImportPage({ slug }: { slug: string }) {
  const trpc = useTRPC();
  const { data: project, error } = useQuery(trpc.project.get.queryOptions({ projectId: slug }));
  // The header above tells about an error.
  if (!project) return error ? null : <SkeletonRows rows={6} label="Loading the import" />;
  if (!project.permissions.includes("import")) return <MissingPermission permission="import" />;
  return <Wizard slug={slug} />;
}

function Wizard({ slug }: { slug: string }) {
  const [place, go] = useWizard();
  const heading = useRef<HTMLHeadingElement>(null);
  const before = useRef(place.step);

  useEffect(() => {
    if (before.current !== place.step) heading.current?.focus();
    before.current = place.step;
  }, [place.step]);

  return (
    <div className="flex flex-col gap-5">
      <div className="flex flex-col gap-3">
        <StepList current={place.step} />
        <h2 ref={heading} tabIndex={-1} className="font-semibold text-lg outline-hidden">
          {stepWords[place.step].title}
        </h2>
      </div>
      <StepOf slug={slug} place={place} go={go} />
    </div>
  );
}

function StepOf({ place: { step, fileId, checkId, runId }, ...props }: StepProps & { place: Place }) {
  if (step === "result" && runId) return <ResultStep key={runId} {...props} runId={runId} fileId={fileId} />;
  if (step === "import" && checkId) return <ImportStep key={checkId} {...props} checkId={checkId} />;
  if (step === "check" && checkId) return <CheckStep key={checkId} {...props} checkId={checkId} />;
  if (step === "columns" && fileId) return <ColumnsStep key={fileId} {...props} fileId={fileId} />;
  return <FileStep {...props} />;
}
