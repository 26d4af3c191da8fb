export const dynamic = "force-dynamic";

const answer = JSON.parse(process.env.BENCH_JSON ?? "{}");

export const GET = () => Response.json(answer);
