import { scenario } from "./support/scenario.mjs";

// The statement is pasted into the key policy, as the article does.
scenario("ja", { byTemplate: false });
