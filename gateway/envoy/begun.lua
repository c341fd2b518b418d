-- Envoy's own line about a request comes when it ends, and dies with an Envoy that is killed. So whomever a grant
-- lets in is written down before the request goes on. BEGUN, the name of the file, is set before.
--
-- The file's buffer is a file in memory as well (`….map`), mapped by each of Envoy's threads for itself: what was put
-- there outlives a killed Envoy, and a write(2) for each request would cost a twentieth of it. The buffer is written
-- out in whole lines, once a second and when it is full. One that could not be written out is left as it is.

local ffi = require("ffi")
ffi.cdef [[
  long readlink(const char *name, char *into, unsigned long most);
  int open(const char *name, int flags, int mode);
  int close(int file);
  int unlink(const char *name);
  int posix_fallocate(int file, long from, long length);
  void *mmap(void *at, unsigned long length, int protection, int flags, int file, long from);
  int munmap(void *at, unsigned long length);
  int setvbuf(void *file, char *buffer, int mode, unsigned long length);
]]
local NEW, OURS = 2 + 64 + 128 + 524288, 384 -- O_RDWR, O_CREAT, O_EXCL, O_CLOEXEC; 0600
local BOTH, SHARED, NOWHERE = 3, 1, ffi.cast("void *", -1) -- PROT_READ and PROT_WRITE, MAP_SHARED, MAP_FAILED
local FULLY = 0 -- _IOFBF
local SIZE = 16384 -- bytes of the buffer; an old gate keeps its own for as long as a stream that it let in is open

local PATH = 2048 -- bytes of a path that are kept, as in the log: the file lies in memory, and paths may have 30,000
local METHOD = 32 -- of a method, which may have as many; the longest that is registered has 17
local BETWEEN = 24 -- of a line besides its words, at the most

local OF_THIS_GATE, made = {}, 0

-- Beside the file, by the name that the link says: it tells the start of Envoy. No two gates have one address at a time.
local function name_of_buffer()
  made = made + 1
  local into = ffi.new("char[?]", 4096)
  local length = tonumber(ffi.C.readlink(BEGUN, into, 4096))
  local said = length > 0 and ffi.string(into, length) or BEGUN
  return string.match(BEGUN, "^.*/") .. string.match(said, "([^/]+)%.log$") .. "."
    .. string.match(tostring(OF_THIS_GATE), "(%x+)$") .. string.format("%04x", made) .. ".map"
end

local function put_away(buffer)
  if buffer.file then
    buffer.left = not buffer.file:close() or buffer.left
    buffer.file = nil
  end
  return not buffer.left
end

-- Nil where there is no room: memory that is mapped and not there would end Envoy.
local function new_buffer()
  local name = name_of_buffer()
  local file = ffi.C.open(name, NEW, OURS)
  if file < 0 then
    return nil
  end
  local memory = ffi.C.posix_fallocate(file, 0, SIZE) == 0 and ffi.C.mmap(nil, SIZE, BOTH, SHARED, file, 0) or NOWHERE
  ffi.C.close(file)
  if memory == NOWHERE then
    ffi.C.unlink(name)
    return nil
  end
  local buffer = {}
  buffer.memory = ffi.gc(ffi.cast("char *", memory), function() -- also when this gate is over
    if put_away(buffer) then
      ffi.C.unlink(name)
    end
    ffi.C.munmap(memory, SIZE)
  end)
  return buffer
end

local buffer, opened, line_begins, room = nil, 0, "", 0

-- Another file stands behind the name after a while, see gateway/audit/begun.py.
local function opened_anew(now)
  opened, line_begins = now, "\n+ " .. now .. " "
  if buffer and not put_away(buffer) then
    buffer = nil
  end
  buffer = buffer or new_buffer()
  local file = buffer and io.open(BEGUN, "a")
  if file and ffi.C.setvbuf(file, buffer.memory, FULLY, SIZE) == 0 then
    buffer.file, room = file, SIZE
  end
end

local function written_out()
  if buffer.file:flush() then
    room = SIZE
    return true
  end
  buffer.left = true
  put_away(buffer)
  buffer = nil
  return false
end

-- False when it cannot be written: then somebody has to decide anew.
local function begun(headers, verdict, route, now)
  if now ~= opened then
    opened_anew(now)
  end
  if not (buffer and buffer.file) then
    return false
  end
  local path = headers:get(":path")
  local query = string.find(path, "?", 1, true)
  if query or #path > PATH then
    path = string.sub(path, 1, math.min(query and query - 1 or PATH, PATH))
  end
  local method = headers:get(":method")
  if #method > METHOD then
    method = string.sub(method, 1, METHOD)
  end
  local id = headers:get("x-request-id") or "-"
  local length = #id + #verdict + #route + #method + #path + BETWEEN
  if length > room and not written_out() then
    return false
  end
  room = room - length
  return buffer.file:write(line_begins, id, " ", verdict, " ", route, " ", method, " ", path, " $\n")
end
