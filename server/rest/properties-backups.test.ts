import { describe } from "vitest";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { rows } from "@/server/rest/table";
import { itAnswersAnything } from "@/server/testing/anything";
import { givenApi } from "@/server/testing/api";

givenControlPlane();
givenApi();

describe("whatever is sent", () => {
  itAnswersAnything(rows.filter(({ path }) => path.startsWith("/api/v1/backups")));
});
