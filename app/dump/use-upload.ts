"use client";

import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { uploadDump } from "@/app/dump/upload-dump";

/** Uploads a file once, however often what comes after it is tried. It ends with whoever shows it. */
export function useUpload() {
  const [percent, setPercent] = useState(0);
  const leaving = useRef<AbortController>(null);
  const last = useRef<{ file: File; dumpId: string }>(null);
  useEffect(() => {
    const controller = new AbortController();
    leaving.current = controller;
    return () => controller.abort();
  }, []);
  const { mutateAsync, error, isPending } = useMutation({
    meta: { showsError: true },
    mutationFn: async (file: File) => {
      if (last.current?.file === file) return last.current.dumpId;
      setPercent(0);
      const { signal } = leaving.current ?? new AbortController();
      const dumpId = await uploadDump(file, { onProgress: setPercent, signal });
      last.current = { file, dumpId };
      return dumpId;
    },
  });
  return { upload: mutateAsync, error, isPending, percent };
}
