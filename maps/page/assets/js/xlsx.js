/* An XLSX workbook as bytes: a zip without compression, every cell a text or a number and never a formula. */

const CRC_TABLE = (function () {
  const table = new Uint32Array(256);
  for (let n = 0; n < 256; n += 1) {
    let c = n;
    for (let k = 0; k < 8; k += 1) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    table[n] = c >>> 0;
  }
  return table;
})();

function crc32(bytes) {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i += 1) crc = CRC_TABLE[(crc ^ bytes[i]) & 255] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** Return a workbook of one sheet; `rows` holds texts, numbers and nulls, the first row is the head. */
function workbook(title, rows) {
  const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
  const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
  const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
  const packages = "http://schemas.openxmlformats.org/package/2006/";
  const types = "application/vnd.openxmlformats-officedocument.spreadsheetml.";
  const relation = (type, target) => '<Relationships xmlns="' + packages + 'relationships"><Relationship Id="r1" Type="' + office + "/" + type + '" Target="' + target + '"/>';
  const parts = {
    "[Content_Types].xml": '<Types xmlns="' + packages + 'content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="' + types + 'sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="' + types + 'worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="' + types + 'styles+xml"/></Types>',
    "_rels/.rels": relation("officeDocument", "xl/workbook.xml") + "</Relationships>",
    "xl/workbook.xml": '<workbook xmlns="' + main + '" xmlns:r="' + office + '"><sheets><sheet name="' + xmlText(sheetName(title)) + '" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": relation("worksheet", "worksheets/sheet1.xml") + '<Relationship Id="r2" Type="' + office + '/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": '<styleSheet xmlns="' + main + '"><fonts count="2"><font><sz val="11"/></font><font><b/><sz val="11"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf/><xf fontId="1" applyFont="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
    "xl/worksheets/sheet1.xml": sheetXml(main, rows),
  };
  const encoder = new TextEncoder();
  return zipped(Object.keys(parts).map((name) => [encoder.encode(name), encoder.encode(head + parts[name])]));
}

/** Excel refuses these characters in the name of a sheet, and more than 31 of any. */
function sheetName(title) {
  return title.replace(/[\\/?*[\]:']/g, " ").slice(0, 31) || "1";
}

function sheetXml(main, rows) {
  const lines = rows.map((row, i) => "<row>" + row.map((value) => cellXml(value, i === 0 ? ' s="1"' : "")).join("") + "</row>");
  const pane = '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>';
  return '<worksheet xmlns="' + main + '">' + pane + "<sheetData>" + lines.join("") + "</sheetData></worksheet>";
}

function cellXml(value, style) {
  if (value === null || value === undefined || value === "") return "<c/>";
  if (typeof value === "number") return Number.isFinite(value) ? "<c" + style + "><v>" + value + "</v></c>" : "<c/>";
  return "<c" + style + ' t="inlineStr"><is><t xml:space="preserve">' + xmlText(value) + "</t></is></c>";
}

/** What XML may not hold is shown as the replacement character. */
function xmlText(text) {
  const legal = Array.from(String(text), (c) => (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800-\udfff\ufffe\uffff]/.test(c) && c.length === 1 ? "\ufffd" : c)).join("");
  return legal.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}

/** Return a zip of [name, content] pairs, stored as they are, dated 1980-01-01 so that the same rows give the same bytes. */
function zipped(files) {
  const pieces = [];
  const directory = [];
  let offset = 0;
  for (const [name, content] of files) {
    const facts = [20, 0x0800, 0, 0, 0x21, crc32(content), content.length, content.length, name.length];
    const local = record([4, 2, 2, 2, 2, 2, 4, 4, 4, 2, 2], [0x04034b50, ...facts, 0]);
    directory.push(record([4, 2, 2, 2, 2, 2, 2, 4, 4, 4, 2, 2, 2, 2, 2, 4, 4], [0x02014b50, 20, ...facts, 0, 0, 0, 0, 0, offset]), name);
    pieces.push(local, name, content);
    offset += local.length + name.length + content.length;
  }
  const size = directory.reduce((sum, piece) => sum + piece.length, 0);
  const end = record([4, 2, 2, 2, 2, 4, 4, 2], [0x06054b50, 0, 0, files.length, files.length, size, offset, 0]);
  return pieces.concat(directory, [end]);
}

/** Return whole numbers as bytes of these widths, lowest byte first. */
function record(widths, values) {
  const bytes = new Uint8Array(widths.reduce((sum, width) => sum + width, 0));
  let at = 0;
  widths.forEach((width, i) => {
    for (let k = 0; k < width; k += 1) bytes[at + k] = Math.floor(values[i] / Math.pow(256, k)) & 255;
    at += width;
  });
  return bytes;
}
