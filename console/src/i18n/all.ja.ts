import cloudscape from "@cloudscape-design/components/i18n/messages/all.ja";
import cloudtrail from "./cloudtrail.ja.json";
import home from "./home.ja.json";
import iam from "./iam.ja.json";
import inquiry from "./inquiry.ja.json";
import kms from "./kms.ja.json";
import s3 from "./s3.ja.json";
import shell from "./shell.ja.json";

export const messages = { ...shell, ...home, ...cloudtrail, ...kms, ...s3, ...iam, ...inquiry };
export { cloudscape };
