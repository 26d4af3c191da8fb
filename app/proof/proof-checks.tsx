import { checkWord, resultLooks } from "@/app/proof/proof-words";
import type { Proof } from "@/app/trpc/types";
import { StatusMark } from "@/app/ui/status-mark";
import { Cell, Head, Row, Table } from "@/app/ui/table";

/** What was looked at, one by one. */
export function ProofChecks({ checks }: { checks: Proof["checks"] }) {
  return (
    <Table
      label="Checks"
      head={
        <>
          <Head>Check</Head>
          <Head>Result</Head>
          <Head from="md">What was found</Head>
        </>
      }
    >
      {checks.map(({ name, result, detail }) => {
        const { tone, word } = resultLooks(result);
        return (
          <Row key={name}>
            <Cell className="py-2 font-medium md:py-1">
              <span className="whitespace-nowrap">{checkWord(name)}</span>
              {result === "failed" && <span className="mt-0.5 block break-words font-normal md:hidden">{detail}</span>}
            </Cell>
            <Cell className="whitespace-nowrap py-2 max-md:align-top md:py-1">
              <StatusMark tone={tone}>{word}</StatusMark>
            </Cell>
            <Cell from="md" className="break-all py-1 text-muted">
              {detail}
            </Cell>
          </Row>
        );
      })}
    </Table>
  );
}
