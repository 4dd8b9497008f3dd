// The regions offered in the top bar. The server takes any region name; this list is the
// set enabled by default in an AWS account, named as the AWS console names them.
import { language } from "../i18n";

const REGIONS: readonly (readonly [code: string, en: string, ja: string])[] = [
  ["ap-northeast-1", "Asia Pacific (Tokyo)", "アジアパシフィック (東京)"],
  ["ap-northeast-2", "Asia Pacific (Seoul)", "アジアパシフィック (ソウル)"],
  ["ap-northeast-3", "Asia Pacific (Osaka)", "アジアパシフィック (大阪)"],
  ["ap-south-1", "Asia Pacific (Mumbai)", "アジアパシフィック (ムンバイ)"],
  ["ap-southeast-1", "Asia Pacific (Singapore)", "アジアパシフィック (シンガポール)"],
  ["ap-southeast-2", "Asia Pacific (Sydney)", "アジアパシフィック (シドニー)"],
  ["ca-central-1", "Canada (Central)", "カナダ (中部)"],
  ["eu-central-1", "Europe (Frankfurt)", "欧州 (フランクフルト)"],
  ["eu-north-1", "Europe (Stockholm)", "欧州 (ストックホルム)"],
  ["eu-west-1", "Europe (Ireland)", "欧州 (アイルランド)"],
  ["eu-west-2", "Europe (London)", "欧州 (ロンドン)"],
  ["eu-west-3", "Europe (Paris)", "欧州 (パリ)"],
  ["sa-east-1", "South America (São Paulo)", "南米 (サンパウロ)"],
  ["us-east-1", "US East (N. Virginia)", "米国東部 (バージニア北部)"],
  ["us-east-2", "US East (Ohio)", "米国東部 (オハイオ)"],
  ["us-west-1", "US West (N. California)", "米国西部 (北カリフォルニア)"],
  ["us-west-2", "US West (Oregon)", "米国西部 (オレゴン)"],
];

export const REGION_CODES: readonly string[] = REGIONS.map(([code]) => code);

/** The region's name in the user's language; the code when the region is not on the list. */
export function regionName(code: string): string {
  const row = REGIONS.find(([one]) => one === code);
  if (!row) return code;
  return language() === "ja" ? row[2] : row[1];
}
