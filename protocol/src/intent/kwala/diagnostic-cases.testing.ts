import type { DiagnosticCode } from "../diagnostic.ts";
import { CALL, kwala, POST, WITHOUT_EVENT } from "./kwala.testing.ts";

const on = (trigger: { readonly [key: string]: string | null }): string => kwala({ trigger });
const post = (keys: { readonly [key: string]: string | null }): string =>
  kwala({ actions: [{ ...POST, ...keys }] });
const call = (keys: { readonly [key: string]: string | null }): string =>
  kwala({ actions: [{ ...CALL, ...keys }] });
const base64 = (json: object): string => btoa(JSON.stringify(json));

/** «…» marks where the diagnostic must point; a suggestion that must be made stands third. */
export const KWALA_CASES: readonly (readonly [DiagnosticCode, string, string?])[] = [
  ["DEED_KWALA_KEY", `«trigger»:\n  type: cron\nactions: []\n`, "Trigger"],
  ["DEED_KWALA_KEY", on({ "«triggerChainID»": "1" }), "TriggerChainID"],
  [
    "DEED_KWALA_KEY",
    on({ TriggerEventName: null, "«EventSignature»": "Paid()" }),
    "TriggerEventName",
  ],
  ["DEED_KWALA_KEY", post({ "«headers»": "{ a: b }" })],
  ["DEED_KWALA_KEY", post({ "«RetriesUntilSucess»": "3" }), "RetriesUntilSuccess"],
  ["DEED_KWALA_KEY", kwala({ more: "«version»: 1" })],
  ["DEED_KWALA_PLACE", kwala({ more: "«ExecuteAfter»: immediate" })],
  ["DEED_KWALA_PLACE", kwala({ more: "«Mode»: parallel" })],
  ["DEED_KWALA_NAME", kwala({ name: "«Transfer Alert»" }), "Transfer_Alert"],
  ["DEED_KWALA_NAME", kwala({ name: "«___»" })],
  ["DEED_KWALA_NA", on({ TriggerChainID: "«NA»" })],
  ["DEED_KWALA_NA", call({ TargetFunction: "«NA»" })],
  ["DEED_MISSING_KEY", kwala({ actions: [{ "«Name»": "tell", Type: "post" }] })],
  ["DEED_KWALA_PLACEHOLDER", kwala({ name: "«DYNAMIC_NAME_PLACEHOLDER»" })],
  ["DEED_KWALA_PLACEHOLDER", on({ TriggerSourceContract: '"«0xShopContract»"' })],
  ["DEED_KWALA_PLACEHOLDER", on({ ExpiresIn: "«DYNAMIC_TIMESTAMP_PLACEHOLDER»" })],
  [
    "DEED_KWALA_PLACEHOLDER",
    post({ APIEndpoint: "https://api.telegram.org/bot«<bot token>»/send" }),
  ],
  ["DEED_KWALA_PLACEHOLDER", post({ APIPayload: '{ chat_id: "«<YOUR_CHAT_ID>»" }' })],
  ["DEED_KWALA_TEMPLATE", post({ APIPayload: '{ a: "x «{{event.to}}»" }' }), "re.event(1)"],
  ["DEED_KWALA_TEMPLATE", post({ APIPayload: '{ a: "«${event.value}»" }' }), "re.event(2)"],
  ["DEED_KWALA_TEMPLATE", post({ APIPayload: '{ a: "«re.event[0]»" }' })],
  ["DEED_NOT_YET", post({ APIPayload: '{ a: "«re.result(0)»" }' })],
  [
    "DEED_KWALA_NO_EVENT",
    kwala({
      trigger: { ...WITHOUT_EVENT, ExecuteAfter: "immediate", RepeatEvery: "NA" },
      actions: [{ ...POST, APIPayload: '{ a: "«re.event(0)»" }' }],
    }),
  ],
  ["DEED_KWALA_EVENT_INDEX", post({ APIPayload: '{ a: "«re.event(3)»" }' })],
  ["DEED_KWALA_ABI", on({ TriggerEventName: "«Paid(address,uint256)»" })],
  ["DEED_KWALA_ABI", on({ TriggerEventName: "«Paid»" })],
  ["DEED_KWALA_ABI", call({ TargetFunction: "«ping»" })],
  ["DEED_KWALA_ABI_UNREADABLE", on({ TriggerSourceContractABI: `«${base64([]).slice(1)}»` })],
  ["DEED_KWALA_GO", on({ TriggerEventName: "«NumbersAdded(a int, b int, sum int)»" })],
  ["DEED_NOT_YET", call({ TargetFunction: "«func AddNumbers()»" })],
  ["DEED_KWALA_FILTER", on({ TriggerEventFilter: "{ «amount»: '>5' }" })],
  ["DEED_KWALA_FILTER", on({ TriggerEventFilter: "«re.event(2) % 5»" })],
  ["DEED_KWALA_WHEN", on({ ExecuteAfter: "«block:18000000»" }), "BL18000000"],
  ["DEED_KWALA_WHEN", on({ ExecuteAfter: "«Immediate»" }), "immediate"],
  ["DEED_KWALA_WHEN", on({ RepeatEvery: "«hourly»" })],
  ["DEED_KWALA_CRON", on({ RepeatEvery: '«"0 0 0 * * *"»' }), "0 0 * * *"],
  ["DEED_KWALA_TIME", on({ ExpiresIn: "«604800»" })],
  ["DEED_KWALA_TIME", on({ ExpiresIn: "«2027-01-01»" })],
  ["DEED_KWALA_MILLISECONDS", on({ ExpiresIn: "«1893456000000»" }), "1893456000"],
  ["DEED_KWALA_MILLISECONDS", on({ RepeatEvery: "«21600000»" }), "6h"],
  ["DEED_KWALA_MILLISECONDS", on({ RepeatEvery: "«300000»" }), "5m"],
  ["DEED_KWALA_SECRET", on({ ActionStatusNotificationAPIKey: "«abc123»" })],
  ["DEED_KWALA_ASSUMED", on({ TriggerEventName: "«Transfer(address,address,uint256)»" })],
  [
    "DEED_KWALA_ASSUMED",
    on({ ActionStatusNotificationPOSTURL: "«https://notify.kalp.network/push»" }),
  ],
  ["DEED_KWALA_ASSUMED", call({ SmartWallet: `«"0x${"1".repeat(40)}"»` })],
  ["DEED_NOT_YET", on({ ExecuteAfter: "«oracle_price»" })],
  ["DEED_NOT_YET", on({ RepeatEvery: "«address_tracking»" })],
  ["DEED_NOT_YET", post({ Type: "«deploy»" })],
  ["DEED_WRONG_VALUE", post({ Type: "«pots»" }), "post"],
  ["DEED_WRONG_VALUE", kwala({ mode: "«Sequential»" }), "sequential"],
  ["DEED_OUT_OF_RANGE", post({ RetriesUntilSuccess: "«10»" })],
  ["DEED_ARGUMENT", call({ TargetParams: "[«{ name: n, value: 5 }»]" })],
  [
    "DEED_TOKEN_LITERAL",
    post({ APIEndpoint: `https://api.telegram.org/bot«12345678:${"a".repeat(35)}»/sendMessage` }),
  ],
];
