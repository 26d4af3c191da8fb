/** @type {import("next").NextConfig} */
export default {
  poweredByHeader: false,
  reactStrictMode: true,
  images: { unoptimized: true },
  // These run as they are published: they load native code or are shared with the worker.
  serverExternalPackages: ["@node-rs/argon2", "graphile-worker", "pino", "postgres"],
  // `npm test` and `npm run types` check types; the build of a fresh install need not do it again.
  typescript: { ignoreBuildErrors: true },
  devIndicators: false,
};
