/** Sets what our code reads of the environment on first use. */
export const setEnvironment = (env: Record<string, string>) => void Object.assign(process.env, env);
