"use client";

import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { uploadFile } from "@/app/data/upload-file";

/** Uploads a file of rows once, however often what comes after it is tried. It ends with whoever shows it, or when it is cancelled. */
export function useDataUpload(projectId: string) {
  const [percent, setPercent] = useState(0);
  const [isWaiting, setWaiting] = useState(false);
  const running = useRef<AbortController>(null);
  const last = useRef<{ file: File; fileId: string }>(null);
  const cancel = () => running.current?.abort();
  useEffect(() => () => running.current?.abort(), []);
  const { mutateAsync, error, isPending, reset } = useMutation({
    meta: { showsError: true },
    mutationFn: async (file: File) => {
      if (last.current?.file === file) return last.current.fileId;
      setPercent(0);
      setWaiting(false);
      const controller = new AbortController();
      running.current = controller;
      const options = { projectId, onProgress: setPercent, onWait: setWaiting, signal: controller.signal };
      const fileId = await uploadFile(file, options);
      last.current = { file, fileId };
      return fileId;
    },
  });
  return { upload: mutateAsync, error, isPending, isWaiting, percent, cancel, reset };
}
