// Shows the OpenAPI document as a list that can be searched. No library.
const list = document.getElementById("list");
const find = document.getElementById("find");

const element = (name, text, className) => {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  if (className) made.className = className;
  return made;
};

// sketch writes a schema as a short type expression.
function sketch(schema, all, depth = 0) {
  if (!schema) return "";
  if (schema.$ref) {
    const name = schema.$ref.split("/").pop();
    return depth > 3 ? name : sketch(all[name], all, depth + 1);
  }
  const pad = "  ".repeat(depth + 1);
  const end = "  ".repeat(depth);
  if (schema.enum) return schema.enum.map((v) => JSON.stringify(v)).join(" | ");
  if (schema.oneOf) return schema.oneOf.map((s) => ("const" in s ? JSON.stringify(s.const) : sketch(s, all, depth + 1))).join(" | ");
  if (schema.type === "array") return `${sketch(schema.items, all, depth)}[]`;
  if (schema.properties) {
    if (depth > 3) return "{…}";
    const needed = new Set(schema.required);
    const lines = Object.entries(schema.properties).map(([name, value]) => {
      const about = [value.title, value["x-unit"], value.description].filter(Boolean).join(" · ");
      return `${pad}${name}${needed.has(name) ? "" : "?"}: ${sketch(value, all, depth + 1)}${about ? `  // ${about}` : ""}`;
    });
    return `{\n${lines.join("\n")}\n${end}}`;
  }
  if (schema.additionalProperties && typeof schema.additionalProperties === "object") return `{ [key]: ${sketch(schema.additionalProperties, all, depth + 1)} }`;
  return [schema.type].flat().join(" | ") || "any";
}

function describe(path, method, operation, all) {
  const box = element("details");
  const head = element("summary");
  head.append(element("code", method.toUpperCase(), "method"), element("code", path), element("span", operation.summary), element("span", `${operation.description} · ${operation["x-permission"]}`, "soft"));
  box.append(head);
  box.dataset.text = `${method} ${path} ${operation.summary} ${operation.description} ${operation.operationId}`.toLowerCase();
  box.addEventListener("toggle", () => {
    if (!box.open || box.childElementCount > 1) return;
    for (const p of operation.parameters ?? []) {
      box.append(element("div", `${p.in} ${p.name}${p.required ? "" : "?"}: ${sketch(p.schema, all)} ${p.description ?? ""}`, "soft"));
    }
    const show = (label, content) => {
      for (const [type, media] of Object.entries(content ?? {})) {
        box.append(element("div", `${label} · ${type}`, "soft"), element("pre", sketch(media.schema, all)));
      }
    };
    show("→", operation.requestBody?.content);
    for (const [status, answer] of Object.entries(operation.responses)) {
      if (status !== "default") show(`← ${status}`, answer.content);
    }
  });
  return box;
}

const answer = load(fetch("/api/openapi.json"));
async function load(promise) {
  const doc = await (await promise).json();
  const all = doc.components.schemas;
  const groups = new Map();
  for (const [path, methods] of Object.entries(doc.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const tag = operation.tags?.[0] ?? "";
      if (!groups.has(tag)) groups.set(tag, []);
      groups.get(tag).push(describe(path, method, operation, all));
    }
  }
  list.replaceChildren();
  for (const [tag, boxes] of [...groups].sort()) {
    const section = element("section");
    section.append(element("h2", tag), ...boxes);
    list.append(section);
  }
}

find.addEventListener("input", async () => {
  await answer;
  const words = find.value.toLowerCase().split(/\s+/);
  for (const section of list.children) {
    let shown = 0;
    for (const box of section.querySelectorAll("details")) {
      box.hidden = !words.every((word) => box.dataset.text.includes(word));
      if (!box.hidden) shown++;
    }
    section.hidden = shown === 0;
  }
});
