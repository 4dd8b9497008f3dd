// Buckets, what is in them, and how they are set.
import { t } from "../../i18n";
import type { ServiceModule } from "../registry";
import { Bucket } from "./Bucket";
import { BucketPolicy } from "./BucketPolicy";
import { Buckets } from "./Buckets";
import { CreateBucket } from "./CreateBucket";
import { ObjectPage } from "./ObjectPage";
import { Upload } from "./Upload";

const service: ServiceModule = {
  navigation: () => [{ type: "link", text: t("s3.nav.buckets"), href: "#/s3/buckets" }],
  routes: [
    { path: "buckets", element: <Buckets /> },
    { path: "buckets/create", element: <CreateBucket /> },
    { path: "buckets/:name", element: <Bucket /> },
    { path: "buckets/:name/policy", element: <BucketPolicy /> },
    { path: "object/:bucket/*", element: <ObjectPage /> },
    { path: "upload/:bucket/*", element: <Upload /> },
  ],
};

export default service;
