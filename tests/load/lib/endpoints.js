// What journeys ask for: a name that is told, judged and compared -> method and route as services/routes.json has it.

const routes = JSON.parse(open("../../../services/routes.json"));
const reports = routes.map((route) => route.path).filter((path) => path.startsWith("/v1/reports/"));

// Every report, today's and tomorrow's: name -> path.
export const REPORTS = Object.fromEntries(reports.map((path) => [`report ${path.split("/").pop()}`, path]));

export const ENDPOINTS = {
  version: "GET /v1/version",
  "find customer": "GET /v1/customers",
  "find product": "GET /v1/products",
  "create opportunity": "POST /v1/opportunities",
  "read opportunity": "GET /v1/opportunities/{record_id}",
  "move opportunity": "PATCH /v1/opportunities/{record_id}",
  "search customers": "GET /v1/customers",
  "next page": "GET /v1/customers",
  "read customer": "GET /v1/customers/{record_id}",
  "read unchanged": "GET /v1/customers/{record_id}",
  "edit customer": "PATCH /v1/customers/{record_id}",
  "won deals": "GET /v1/opportunities",
  "open deals": "GET /v1/opportunities",
  "latest changes": "GET /v1/change-sets",
  "page home": "GET /",
  "page customers": "GET /tables/{table}",
  "page search": "GET /tables/{table}",
  "page record": "GET /tables/{table}/{record_id}",
  "page pipeline": "GET /reports/pipeline",
  "page sign-in": "GET /sign-in",
  "sign in": "POST /sign-in",
  ...Object.fromEntries(Object.entries(REPORTS).map(([name, path]) => [name, `GET ${path}`])),
};
