// The host's own part of the config schema. Figures: the shared design's table of default limits.
#include "config/settings.hpp"

namespace sluice::config {
namespace {

constexpr const char* schema_text = R"json({
"$schema": "http://json-schema.org/draft-04/schema#",
"title": "Sluice configuration",
"type": "object",
"additionalProperties": false,
"patternProperties": {"^x-": {}},
"properties": {
  "$schema": {"type": "string"},
  "node": {
    "description": "This server, as other nodes and the logs know it.",
    "type": "object", "additionalProperties": false,
    "properties": {
      "id": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$", "description": "Made on first start when absent."},
      "address": {"type": "string", "minLength": 1, "description": "Where other nodes reach this one."}
    }
  },
  "cluster": {
    "description": "Which directory finds streams on other nodes, with that directory's own keys.",
    "type": "object",
    "properties": {
      "directory": {"type": "string", "minLength": 1},
      "secret": {"type": "string", "minLength": 1, "x-secret": true}
    }
  },
  "module_paths": {
    "description": "Folders searched for modules, after --module-dir.",
    "type": "array", "maxItems": 64, "items": {"type": "string", "minLength": 1}, "default": []
  },
  "apps": {
    "description": "Settings by the first part of the stream key. An app that is not named exists with the defaults.",
    "type": "object", "additionalProperties": false, "default": {},
    "patternProperties": {"^[A-Za-z0-9._-]{1,64}$": {"$ref": "#/definitions/app"}}
  },
  "paths": {
    "description": "Streams pulled from elsewhere.",
    "type": "array", "maxItems": 10000, "items": {"type": "object"}, "default": []
  },
  "modules": {
    "description": "Settings by module id.",
    "type": "object", "default": {},
    "additionalProperties": {"$ref": "#/definitions/module"}
  },
  "log": {
    "type": "object", "additionalProperties": false,
    "properties": {
      "level": {"$ref": "#/definitions/log_level", "default": "info", "x-reload": "live"},
      "format": {"enum": ["text", "json"], "default": "text"},
      "file": {"type": "string", "minLength": 1, "description": "Standard error when absent."},
      "lines_per_second": {"type": "integer", "minimum": 1, "maximum": 1000000, "default": 10, "x-reload": "live",
        "description": "Per site, module and stream; more are counted and summed up."}
    }
  },
  "auth": {
    "description": "What holds while no module decides who may publish.",
    "type": "object", "additionalProperties": false,
    "properties": {
      "publish_from": {"enum": ["loopback", "anywhere"], "default": "loopback",
        "description": "From where anybody may publish."}
    }
  },
  "trust": {
    "description": "Whose modules may run. See docs/signing.md.",
    "type": "object", "additionalProperties": false,
    "properties": {
      "mode": {"enum": ["open", "signed"], "default": "open",
        "description": "signed: only modules with the signature of a key named here."},
      "keys": {
        "description": "By key id, base64 of the 32 bytes of an ed25519 public key.",
        "type": "object", "maxProperties": 256, "default": {},
        "additionalProperties": {"type": "string", "pattern": "^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$"}
      },
      "allow_unsigned": {
        "description": "Ids of modules that are treated as in open mode.",
        "type": "array", "maxItems": 256, "items": {"type": "string", "minLength": 1}, "default": []
      }
    }
  },
  "limits": {
    "type": "object", "additionalProperties": false,
    "properties": {
      "memory_bytes": {"type": "integer", "minimum": 16777216, "default": 1073741824,
        "description": "One budget for the frames of all streams; caches shrink oldest first."},
      "streams": {"type": "integer", "minimum": 1, "maximum": 1000000, "default": 10000},
      "connections": {"type": "integer", "minimum": 1, "maximum": 1000000, "default": 16384},
      "connections_per_address": {"type": "integer", "minimum": 1, "maximum": 1000000, "default": 8192},
      "frame_bytes": {"type": "integer", "minimum": 65536, "maximum": 67108864, "default": 8388608},
      "subscription_bytes": {"type": "integer", "minimum": 65536, "default": 4194304},
      "subscription_ms": {"type": "integer", "minimum": 100, "maximum": 600000, "default": 3000},
      "stalled_viewer_ms": {"type": "integer", "minimum": 100, "maximum": 600000, "default": 10000,
        "description": "A viewer without progress for this long is closed."},
      "handshake_ms": {"type": "integer", "minimum": 100, "maximum": 600000, "default": 10000},
      "first_frame_ms": {"type": "integer", "minimum": 100, "maximum": 3600000, "default": 20000},
      "idle_publisher_ms": {"type": "integer", "minimum": 100, "maximum": 3600000, "default": 5000},
      "drain_ms": {"type": "integer", "minimum": 0, "maximum": 3600000, "default": 30000,
        "description": "SIGTERM to exit; how long sessions of a module that is removed, disabled or drained may go on."},
      "replace_drain_ms": {"type": "integer", "minimum": 0, "maximum": 86400000, "default": 600000,
        "description": "How long open sessions may go on in a module's earlier generation once its successor serves."}
    }
  }
},
"definitions": {
  "log_level": {"enum": ["trace", "debug", "info", "warn", "error", "off"]},
  "app": {
    "type": "object", "additionalProperties": false,
    "properties": {
      "takeover": {"enum": ["refuse", "replace"], "default": "refuse",
        "description": "What a second publisher of a live stream meets."},
      "grace_ms": {"type": "integer", "minimum": 0, "maximum": 3600000, "default": 15000,
        "description": "How long viewers wait for a publisher that vanished."},
      "gop_cache_bytes": {"type": "integer", "minimum": 0, "default": 16777216},
      "gop_cache_ms": {"type": "integer", "minimum": 0, "maximum": 600000, "default": 10000,
        "description": "Older media goes; the newest group of pictures stays whole while bytes and frames allow."},
      "gop_cache_frames": {"type": "integer", "minimum": 16, "maximum": 1048576, "default": 4096},
      "modules": {
        "description": "A module's own settings, overridden for this app.",
        "type": "object", "default": {}, "additionalProperties": {"type": "object"}
      }
    }
  },
  "module": {
    "type": "object", "additionalProperties": false,
    "properties": {
      "enabled": {"type": "boolean"},
      "required": {"type": "boolean", "description": "The server does not start without it."},
      "prefer": {"type": "boolean", "description": "Wins where two modules claim the same thing."},
      "allow_draft": {"type": "boolean", "description": "Runs it though its author calls it a draft."},
      "permissions": {
        "description": "Those of its declared permissions that are granted; absent: all. It is refused if one is missing.",
        "type": "array", "maxItems": 64, "items": {"type": "string", "minLength": 1}
      },
      "log_level": {"$ref": "#/definitions/log_level", "x-reload": "live",
        "description": "For lines of this module, whatever the host's own level is."},
      "config": {"type": "object"}
    }
  }
}
})json";

}  // namespace

const Json& host_schema() {
  static const Json schema = Json::parse(schema_text);
  return schema;
}

}  // namespace sluice::config
