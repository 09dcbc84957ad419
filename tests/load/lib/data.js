// Records as salespeople enter them. All of it is invented, and carries the run's mark.
import { pick, whole } from "./random.js";
import { settings } from "./settings.js";

const PLACES = ["Ashford", "Bramley", "Copperfield", "Drayton", "Eastbrook", "Foxglove", "Greenhaven", "Hollins"];
const KINDS = ["Bakery", "Dairy", "Farm Shop", "Florists", "Hotels", "Markets", "Orchards", "Teahouse"];
const COUNTRIES = [["Germany", "EUR"], ["Netherlands", "EUR"], ["United States", "USD"]];
const NOTES = ["Asked for a quote by phone.", "Wants delivery before the season.", "Met at the fair."];
const OPEN = ["Prospecting", "Engaging"];
const DAY_MS = 86_400_000;

// In every record that a run makes, where a search finds it.
export const mark = `load-${settings.run}`;

function inDays(days) {
  return new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
}

// Names are unique in a run by their number, and between runs by the mark. The country is one of the demo's.
export function makeCustomer(random, number, countries) {
  const company = `${pick(random, PLACES)} ${pick(random, KINDS)} ${number} (${mark})`;
  const known = COUNTRIES.filter(([country]) => countries.includes(country));
  const [country, currency] = known.length ? pick(random, known) : [null, "USD"];
  return {
    company,
    email: `office-${number}@${mark}.example`,
    phone: `+1 555 ${whole(random, 100, 999)} ${whole(random, 1000, 9999)}`,
    size: pick(random, [8, 25, 60, 140, 400]),
    founded: whole(random, 1921, 2019),
    revenue: `${whole(random, 2, 900)}0000.00`,
    currency,
    country,
    notes: pick(random, NOTES),
  };
}

export function makeOpportunity(random, number, customerId, productId) {
  return {
    external_id: `${mark}-${number}`,
    customer_id: customerId,
    product_id: productId,
    stage: pick(random, OPEN),
    amount: `${whole(random, 3, 480)}50.00`,
    currency: pick(random, ["USD", "EUR"]),
    engaged_on: inDays(-whole(random, 5, 60)),
    expected_on: inDays(whole(random, 7, 120)),
    notes: pick(random, NOTES),
  };
}

// What a salesperson changes in a customer after a call.
export function makeEdit(random) {
  return {
    phone: `+1 555 ${whole(random, 100, 999)} ${whole(random, 1000, 9999)}`,
    size: whole(random, 5, 900),
    notes: `${pick(random, NOTES)} Called again on ${inDays(0)}.`,
  };
}
