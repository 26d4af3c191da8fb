"use client";

import { useSyncExternalStore } from "react";

const never = () => () => {};

/** False on the server and in the first render after it, which do not know the reader's time zone. */
export const useInBrowser = (): boolean =>
  useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
