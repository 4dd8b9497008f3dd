import { scenario } from "./support/scenario.mjs";

// The statement is put in by the template of the key policy's page.
scenario("en", { byTemplate: true });
