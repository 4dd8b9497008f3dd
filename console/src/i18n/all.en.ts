import cloudscape from "@cloudscape-design/components/i18n/messages/all.en";
import cloudtrail from "./cloudtrail.en.json";
import home from "./home.en.json";
import iam from "./iam.en.json";
import inquiry from "./inquiry.en.json";
import kms from "./kms.en.json";
import s3 from "./s3.en.json";
import shell from "./shell.en.json";

export const messages = { ...shell, ...home, ...cloudtrail, ...kms, ...s3, ...iam, ...inquiry };
export { cloudscape };
