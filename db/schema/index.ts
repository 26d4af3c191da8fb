export * from "./audit";
export * from "./backup";
export { controlPlane } from "./control-plane";
export * from "./database";
export * from "./job";
export * from "./project";
export * from "./rate-limit";
export * from "./user";
export * from "./worker-instance";
