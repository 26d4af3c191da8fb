"use client";

import { Crash } from "@/app/ui/crash";

export default Crash;
