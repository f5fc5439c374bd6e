// The manifest format, the same text as manifests/module.schema.json (a test compares them): built in, so
// that a host never depends on a file to judge one.
#include "modules/manifest.hpp"

namespace sluice::modules {
namespace {

// clang-format off
constexpr const char* schema_text = R"json({
  "$schema": "http://json-schema.org/draft-04/schema#",
  "title": "Manifest of a Sluice module, format 1",
  "description": "`module` is the author's half and never edited; `operator` is the user's. Keys that begin with x- are ignored.",
  "type": "object",
  "required": ["manifest", "module"],
  "additionalProperties": false,
  "patternProperties": {"^x-": {}},
  "properties": {
    "$schema": {"type": "string"},
    "manifest": {
      "description": "Format number.",
      "anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "pattern": "^[1-9][0-9]{0,5}(\\.[0-9]{1,6})?$"}]
    },
    "module": {"$ref": "#/definitions/module"},
    "signature": {
      "description": "Over the canonical `module`; ed25519 is base64 of 64 bytes. See docs/signing.md.",
      "type": "object",
      "required": ["key_id", "ed25519"],
      "additionalProperties": false,
      "properties": {
        "key_id": {"type": "string", "minLength": 1, "maxLength": 256},
        "ed25519": {"type": "string", "minLength": 1, "maxLength": 256}
      }
    },
    "operator": {"$ref": "#/definitions/operator"}
  },
  "definitions": {
    "module_id": {"type": "string", "maxLength": 127, "pattern": "^[a-z][a-z0-9-]*(\\.[a-z0-9][a-z0-9-]*)*$"},
    "interface_id": {
      "type": "string",
      "maxLength": 127,
      "pattern": "^[a-z][a-z0-9]*(\\.[a-z0-9][a-z0-9-]*)+/[1-9][0-9]*$"
    },
    "minor": {"type": "integer", "minimum": 0, "maximum": 65535},
    "line": {"type": "string", "maxLength": 4096},
    "module": {
      "type": "object",
      "required": ["id", "version", "abi"],
      "additionalProperties": false,
      "patternProperties": {"^x-": {}},
      "properties": {
        "id": {"$ref": "#/definitions/module_id"},
        "version": {
          "type": "string",
          "maxLength": 63,
          "pattern": "^[0-9]+(\\.[0-9]+)*([-+][0-9A-Za-z.+-]+)?$"
        },
        "name": {"$ref": "#/definitions/line"},
        "vendor": {"$ref": "#/definitions/line"},
        "license": {"$ref": "#/definitions/line"},
        "description": {"$ref": "#/definitions/line"},
        "urls": {"type": "object", "additionalProperties": {"$ref": "#/definitions/line"}},
        "enabled": {"type": "boolean", "default": true, "description": "The author's default; the user outvotes it."},
        "abi": {
          "type": "object",
          "required": ["major"],
          "additionalProperties": false,
          "properties": {
            "major": {"$ref": "#/definitions/minor"},
            "minor_min": {"$ref": "#/definitions/minor"},
            "minor_built": {"$ref": "#/definitions/minor"}
          }
        },
        "targets": {
          "description": "One library per machine; without it, <id>.so. Without os or arch it is for any, and the file itself tells.",
          "type": "array",
          "minItems": 1,
          "maxItems": 64,
          "items": {
            "type": "object",
            "additionalProperties": false,
            "patternProperties": {"^x-": {}},
            "properties": {
              "os": {"type": "string", "minLength": 1, "maxLength": 64},
              "arch": {"type": "string", "minLength": 1, "maxLength": 64},
              "libc_min": {"type": "string", "pattern": "^[0-9]+(\\.[0-9]+)*$", "maxLength": 32},
              "library": {"type": "string", "minLength": 1, "maxLength": 255, "description": "A bare file name."},
              "sha256": {"type": "string", "pattern": "^[0-9a-fA-F]{64}$"},
              "build_id": {"type": "string", "pattern": "^([0-9a-fA-F]{2}){1,64}$"}
            }
          }
        },
        "provides": {
          "type": "array",
          "maxItems": 256,
          "items": {
            "type": "object",
            "required": ["iface"],
            "additionalProperties": false,
            "patternProperties": {"^x-": {}},
            "properties": {
              "iface": {"$ref": "#/definitions/interface_id"},
              "minor": {"$ref": "#/definitions/minor"},
              "name": {"type": "string", "maxLength": 127},
              "singleton": {"type": "boolean"},
              "priority": {"type": "integer", "minimum": -1000, "maximum": 1000},
              "attributes": {
                "type": "object",
                "properties": {
                  "schemes": {
                    "type": "array",
                    "maxItems": 64,
                    "items": {"type": "string", "pattern": "^[a-z][a-z0-9+.-]*$", "maxLength": 63}
                  }
                }
              }
            }
          }
        },
        "requires": {
          "type": "array",
          "maxItems": 256,
          "items": {
            "type": "object",
            "required": ["iface"],
            "additionalProperties": false,
            "patternProperties": {"^x-": {}},
            "properties": {
              "iface": {"$ref": "#/definitions/interface_id"},
              "minor_min": {"$ref": "#/definitions/minor"},
              "optional": {"type": "boolean"},
              "selector": {
                "description": "A provision's name, or values its name and attributes must have.",
                "anyOf": [{"type": "string", "maxLength": 127}, {"type": "object", "maxProperties": 32}]
              }
            }
          }
        },
        "conflicts": {"type": "array", "maxItems": 256, "items": {"$ref": "#/definitions/module_id"}},
        "replaces": {"type": "array", "maxItems": 256, "items": {"$ref": "#/definitions/module_id"}},
        "threads": {
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "min": {"type": "integer", "minimum": 1, "maximum": 256},
            "max": {"type": "integer", "minimum": 1, "maximum": 256},
            "loop": {"enum": ["own", "host"]}
          }
        },
        "listens": {
          "description": "Sockets the host opens for the module.",
          "type": "array",
          "maxItems": 64,
          "items": {
            "type": "object",
            "required": ["name", "proto"],
            "additionalProperties": false,
            "patternProperties": {"^x-": {}},
            "properties": {
              "name": {"type": "string", "pattern": "^[a-z][a-z0-9_-]*$", "maxLength": 63},
              "proto": {"enum": ["tcp", "udp"]},
              "port": {
                "description": "On every address. Absent: only when configured.",
                "type": "integer",
                "minimum": 0,
                "maximum": 65535
              },
              "tls": {"type": "boolean"},
              "config": {
                "description": "Where the module's config overrides the address, as JSON pointer.",
                "type": "string",
                "pattern": "^(/[A-Za-z0-9_-]+){1,8}$",
                "default": "/listen"
              }
            }
          }
        },
        "endpoints": {
          "type": "array",
          "maxItems": 64,
          "items": {
            "type": "object",
            "required": ["role", "url"],
            "additionalProperties": false,
            "patternProperties": {"^x-": {}},
            "properties": {
              "role": {"enum": ["publish", "play", "page"]},
              "url": {"type": "string", "minLength": 1, "maxLength": 1024},
              "listen": {"type": "string", "maxLength": 63, "description": "The listener whose port the URL carries."}
            }
          }
        },
        "permissions": {
          "type": "array",
          "maxItems": 64,
          "items": {
            "type": "string",
            "maxLength": 1024,
            "pattern": "^(net\\.connect|fs\\.read:.+|fs\\.write:.+|exec|raw-socket)$"
          }
        },
        "needs_libs": {
          "type": "array",
          "maxItems": 64,
          "items": {"type": "string", "maxLength": 255, "pattern": "^[A-Za-z0-9._+-]+$"}
        },
        "isolation": {
          "type": "array",
          "minItems": 1,
          "maxItems": 2,
          "items": {"enum": ["in-process", "process"]}
        },
        "unload": {"enum": ["park", "clean"]},
        "stability": {"enum": ["stable", "draft"]},
        "config_version": {"type": "integer", "minimum": 0, "maximum": 65535},
        "config_schema": {
          "description": "JSON Schema, inline or a file of the bundle.",
          "anyOf": [{"type": "string", "minLength": 1, "maxLength": 255}, {"type": "object"}]
        }
      }
    },
    "operator": {
      "type": "object",
      "additionalProperties": false,
      "patternProperties": {"^x-": {}},
      "properties": {
        "enabled": {"type": "boolean"},
        "required": {"type": "boolean"},
        "prefer": {"type": "boolean"},
        "allow_draft": {"type": "boolean", "description": "Runs it though its author calls it a draft."},
        "isolation": {"enum": ["in-process", "process"], "description": "This host refuses process."},
        "log_level": {"enum": ["trace", "debug", "info", "warn", "error", "off"]},
        "config": {"type": "object"},
        "limits": {"type": "object", "description": "This host refuses any."},
        "instances": {"description": "This host refuses any.", "type": "object", "maxProperties": 64, "additionalProperties": {"type": "object"}}
      }
    }
  }
}
)json";
// clang-format on

}  // namespace

const Json& manifest_schema() {
  static const Json schema = Json::parse(schema_text);
  return schema;
}

}  // namespace sluice::modules
